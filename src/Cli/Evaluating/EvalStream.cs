using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Cli.Evaluating;

/// <summary>
/// Templates as lines of <c>{"template": …, "context": {…}}</c>: each line gets one line <c>{"value": …}</c> or <c>{"error": …}</c>, written out before
/// the next is read. A bad line is answered like any other.
/// </summary>
internal static class EvalStream
{
    /// <summary>Bytes of a line, at most; the rest of a longer one is passed over.</summary>
    public const int MaxLineBytes = 64 << 20;

    /// <param name="context">Serves the lines that bring no context of their own.</param>
    public static async Task AnswerAsync(
        Stream input, Stream output, Value context, EvaluationContext evaluation, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        var isTooLong = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (TryTakeLine(ref rest, out var line))
            {
                await WriteAsync(isTooLong ? TooLong() : Answer(line, context, evaluation), output, cancellationToken);
                isTooLong = false;
            }

            if (read.IsCompleted)
            {
                if (isTooLong || rest.Length > 0) await WriteAsync(isTooLong ? TooLong() : Answer(rest, context, evaluation), output, cancellationToken);
                return;
            }

            isTooLong |= rest.Length > MaxLineBytes;
            reader.AdvanceTo(isTooLong ? rest.End : rest.Start, rest.End);
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (rest.PositionOf((byte)'\n') is not { } end) return false;
        line = rest.Slice(0, end);
        rest = rest.Slice(rest.GetPosition(1, end));
        return true;
    }

    private static string Answer(ReadOnlySequence<byte> line, Value context, EvaluationContext evaluation) =>
        TemplateEvaluation.AnswerLine(Encoding.UTF8.GetString(line), context, evaluation);

    private static string TooLong() => TemplateEvaluation.Refuse($"the line is longer than {MaxLineBytes} bytes");

    private static async Task WriteAsync(string answer, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }
}
