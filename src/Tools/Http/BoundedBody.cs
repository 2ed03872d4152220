namespace PlaybookOperator.Tools.Http;

/// <summary>Reads a response without ever holding more than its limit.</summary>
internal static class BoundedBody
{
    private const int FirstBufferBytes = 16 << 10;

    /// <summary>The unpacked body; null when it is longer than <paramref name="maxBytes"/>, of which then nothing more is read.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, long maxBytes, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > maxBytes) return null;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[(int)Math.Min((announced ?? FirstBufferBytes) + 1, maxBytes + 1)];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0) return buffer.AsMemory(0, length);
            length += read;
            if (length > maxBytes) return null;
            if (length == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(Math.Max(length * 2L, FirstBufferBytes), maxBytes + 1));
        }
    }
}
