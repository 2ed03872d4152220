using System.Buffers;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Reads an answer whole, but never more of it than a limit.</summary>
internal static class BoundedBody
{
    private const int StepBytes = 16 * 1024;

    /// <summary>The body; longer than <paramref name="maxBytes"/> means that there was more.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>((int)Math.Clamp(content.Headers.ContentLength ?? StepBytes, 1, StepBytes * 16));
        while (buffer.WrittenCount <= maxBytes)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(StepBytes), cancellationToken);
            if (read == 0) break;
            buffer.Advance(read);
        }

        return buffer.WrittenMemory;
    }
}
