using System.Buffers;

namespace PlaybookOperator.Operator.Workers;

/// <summary>The body of a request in one piece, in memory that is lent: reports are large and many.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 << 10;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;

    private RequestBody()
    {
    }

    /// <summary>Until this is disposed.</summary>
    public ReadOnlyMemory<byte> Json => _buffer.AsMemory(0, _length);

    /// <exception cref="BadHttpRequestException">It is longer than the request may be.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new RequestBody();
        try
        {
            while (await request.Body.ReadAsync(body.Rest(), cancellationToken) is > 0 and var read) body._length += read;
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Memory<byte> Rest()
    {
        if (_length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_length * 2);
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_length);
    }
}
