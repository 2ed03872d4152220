using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Reads the lines of one watch, each a JSON object, and decodes them. A line cut short by a disconnect is never told.</summary>
internal sealed class WatchStream<T>(ApiRequest request, ResourceType<T> type, ApiClientOptions options)
    where T : class, IKubernetesObject
{
    /// <summary>Events until the server ends the stream in order; every other end is an exception.</summary>
    /// <param name="heard">Called whenever bytes have arrived.</param>
    public async IAsyncEnumerable<WatchEvent<T>> ReadAsync(
        Stream stream, Action heard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream);
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                heard();
                var rest = result.Buffer;
                while (TryTakeLine(ref rest, out var line))
                {
                    if (!line.IsEmpty && Decode(line) is { } change) yield return change;
                }

                RefuseAbove(rest.Length);
                reader.AdvanceTo(rest.Start, rest.End);
                if (result.IsCompleted) yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private void RefuseAbove(long length)
    {
        var limit = options.MaxWatchEventBytes;
        if (length > limit) throw new ApiResponseException($"An event of {request.Deed()} exceeds the limit of {limit} bytes.");
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (rest.PositionOf((byte)'\n') is not { } end) return false;
        line = rest.Slice(0, end);
        rest = rest.Slice(rest.GetPosition(1, end));
        return true;
    }

    // Null for kinds of event that a later server may add.
    private WatchEvent<T>? Decode(ReadOnlySequence<byte> line)
    {
        try
        {
            // One copy: most lines span several buffers.
            var text = LoneSurrogates.Replace(line.ToArray()).Span;
            var body = ObjectDecoder.Member(text, "object");
            if (body.IsEmpty) throw new JsonException("There is no object.");
            return ObjectDecoder.Text(text, "type") switch
            {
                "ADDED" or "MODIFIED" => DecodeObject(body, isDeleted: false),
                "DELETED" => DecodeObject(body, isDeleted: true),
                // Nothing but metadata.resourceVersion is in it: it must not pass through the kind's own type.
                "BOOKMARK" => new WatchEvent<T>.Bookmark(ObjectDecoder.Text(ObjectDecoder.Member(body, "metadata"), "resourceVersion")),
                "ERROR" => throw Failure(body),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ApiResponseException($"An event of {request.Deed()} is not JSON of the expected form.", exception);
        }
    }

    private ApiException Failure(ReadOnlySpan<byte> body) => FailureTranslation.FromStatus(request, FailureTranslation.ParseStatus(body) ?? new ApiStatus());

    private WatchEvent<T> DecodeObject(ReadOnlySpan<byte> body, bool isDeleted)
    {
        var (item, failure) = ObjectDecoder.Decode(body, type);
        if (item is null) return new WatchEvent<T>.Undecodable(failure!, isDeleted);
        return isDeleted ? new WatchEvent<T>.Deleted(item) : new WatchEvent<T>.Present(item);
    }
}
