using System.Text;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Shell;

/// <summary>Reads a stream to its end and keeps the last bytes of it. Memory is bounded whatever is written.</summary>
internal sealed class OutputTail(int capacity)
{
    private const int ChunkBytes = 16 << 10;
    private readonly byte[] _ring = new byte[capacity];
    private long _total;

    /// <summary>Ends with the stream, also when it breaks.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var chunk = new byte[ChunkBytes];
        try
        {
            while (await stream.ReadAsync(chunk, cancellationToken) is > 0 and var read) Add(chunk.AsSpan(0, read));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // What came until then is what there is.
        }
    }

    /// <summary>The end of what was read, at most <paramref name="maxBytes"/>, never beginning inside a character or a secret.</summary>
    public string ToText(int maxBytes, SecretMask mask)
    {
        byte[] kept;
        long total;
        lock (_ring) (kept, total) = (Kept(), _total);
        var whole = Decode(kept);
        if (total <= maxBytes) return whole;
        var cut = whole.Length - Decode(kept.AsSpan(Math.Max(0, kept.Length - maxBytes))).Length;
        return whole[mask.CutAt(whole, Math.Max(0, cut))..];
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_ring)
        {
            if (bytes.Length > _ring.Length)
            {
                _total += bytes.Length - _ring.Length;
                bytes = bytes[^_ring.Length..];
            }

            var at = (int)(_total % _ring.Length);
            var first = Math.Min(bytes.Length, _ring.Length - at);
            bytes[..first].CopyTo(_ring.AsSpan(at));
            bytes[first..].CopyTo(_ring);
            _total += bytes.Length;
        }
    }

    private byte[] Kept()
    {
        if (_total <= _ring.Length) return _ring[..(int)_total];
        var at = (int)(_total % _ring.Length);
        return [.. _ring[at..], .. _ring[..at]];
    }

    /// <summary>Without the rest of a character at the beginning; NUL has no place in a text that databases keep.</summary>
    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        while (start < bytes.Length && start < 4 && (bytes[start] & 0xC0) == 0x80) start++;
        return Encoding.UTF8.GetString(bytes[start..]).Replace('\0', '\uFFFD');
    }
}
