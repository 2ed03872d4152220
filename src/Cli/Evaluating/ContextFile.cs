using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cli.Evaluating;

/// <summary>The file of <c>--context</c>.</summary>
internal static class ContextFile
{
    private const long MaxBytes = 64L << 20;

    /// <exception cref="UsageException">It cannot be read, is neither JSON nor YAML, or is not a map.</exception>
    public static Value Read(string file)
    {
        try
        {
            var context = Parse(RegularFile.ReadBytes(file, MaxBytes));
            return context.Kind == ValueKind.Map ? context : throw new UsageException($"{file}: the context is a map, found a {context.TypeName}.");
        }
        catch (YamlException malformed)
        {
            throw new UsageException($"{file}:{malformed.Line}:{malformed.Column}: {malformed.Message}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw PlaybookFile.UnreadableFile(file, unreadable);
        }
    }

    // What is JSON is read as JSON, which keeps its numbers and escapes as they are; YAML says better where something is wrong.
    private static Value Parse(byte[] bytes)
    {
        if (Value.TryRead(bytes, "", out var context, out _)) return context;
        using var reader = new StreamReader(new MemoryStream(bytes));
        return Value.FromJson(YamlDocument.Parse(reader.ReadToEnd()));
    }
}
