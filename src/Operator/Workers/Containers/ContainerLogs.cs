using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <param name="IsCut">Whether the last line is longer than what is read, and ends early.</param>
internal sealed record ContainerLog(string Text, bool IsCut);

/// <summary>Reads the end of what a container printed, standard output and error together, as Kubernetes keeps them.</summary>
internal sealed class ContainerLogs(ApiClient client, ContainerOptions options)
{
    /// <summary>Asked for first; a byte limit counts from the first of the lines, so fewer are asked for until the last one is whole.</summary>
    private const int FirstLines = 400;

    /// <summary>Null when there is no such pod any more. A single line that is longer than the limit is cut at its end.</summary>
    public async Task<ContainerLog?> ReadAsync(NamespacedName pod, CancellationToken cancellationToken)
    {
        for (var lines = FirstLines; ; lines /= 8)
        {
            var asked = new LogOptions { Container = ContainerManifest.ContainerName, TailLines = Math.Max(1, lines), LimitBytes = options.LogBytes };
            var text = await client.GetLogsAsync(pod, asked, cancellationToken);
            if (text is null) return null;
            var isCut = System.Text.Encoding.UTF8.GetByteCount(text) >= options.LogBytes;
            // NUL has no place in a text that databases keep.
            if (lines <= 1 || !isCut) return new ContainerLog(text.Replace('\0', '\uFFFD'), isCut);
        }
    }
}
