using System.Text.Json;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>The context of <c>iterator.started</c>: all that never changes about a loop, and a bounded look at its elements.</summary>
internal static class LoopDescription
{
    private const int CollectionPreviewItems = 100;
    private const int CollectionPreviewBytes = 64 << 10;

    public static JsonElement Of(Draft draft, StepPlan step, LoopSource.Elements elements, IReadOnlyList<CarriedIteration> carried) => JsonText.Object(writer =>
    {
        writer.WriteNumber("total_count", elements.Count);
        writer.WriteNumber("collection_size", elements.CollectionSize);
        writer.WriteString("mode", step.Loop!.Mode.ToString().ToLowerInvariant());
        writer.WriteString("iterator_name", step.Loop.Iterator);
        if (step.Loop.Chunk is { } chunk) writer.WriteNumber("chunk", chunk);
        if (step.Loop.IsPooled(elements.Count))
        {
            writer.WriteString("workers", "pool");
            writer.WritePropertyName("pool");
            new PoolState(Fence: 1, MaxParallel: LoopRules.MaxParallelOf(draft, step, step.Loop)).Write(writer);
        }

        if (!step.Loop.KeepResults) writer.WriteString("collect", step.Loop.Collect.ToString().ToLowerInvariant());
        WriteAggregate(writer, step.Loop);
        if (elements.Dropped > 0) writer.WriteNumber("where_errors", elements.Dropped);
        if (elements.Range is { } range)
        {
            writer.WriteStartObject("range");
            writer.WriteNumber("start", range.Start);
            writer.WriteNumber("step", range.Step);
            writer.WriteEndObject();
        }

        if (draft.Facts.RetryOf is { } former) WriteCarried(writer, former, carried);
        WritePreview(writer, elements);
        writer.WriteStartObject("nested_task");
        writer.WriteString("tool", step.Task!.Tool.Kind);
        foreach (var member in step.TaskSource.EnumerateObject().Where(member => member.NameEquals("retry"))) member.WriteTo(writer);
        writer.WriteEndObject();
    });

    private static void WriteAggregate(Utf8JsonWriter writer, LoopPlan loop)
    {
        if (loop.Aggregates.Length == 0) return;
        writer.WriteStartObject("aggregate");
        writer.WriteNumber("samples", loop.AggregateSamples);
        writer.WriteStartArray("names");
        foreach (var aggregate in loop.Aggregates) writer.WriteStringValue(aggregate.Name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteCarried(Utf8JsonWriter writer, ExecutionId former, IReadOnlyList<CarriedIteration> carried)
    {
        var indexes = IndexSet.Of(carried.SelectMany(iteration => Enumerable.Range(0, iteration.Size ?? (int)iteration.Count).Select(i => iteration.Index + i)));
        writer.WriteStartObject("carried");
        writer.WriteString("execution_id", former.ToString());
        writer.WriteNumber("succeeded", indexes.Count);
        writer.WritePropertyName("indexes");
        indexes.Write(writer);
        writer.WriteEndObject();
    }

    private static void WritePreview(Utf8JsonWriter writer, LoopSource.Elements elements)
    {
        var budget = CollectionPreviewBytes;
        var written = 0L;
        writer.WriteStartArray("collection");
        for (; written < Math.Min(elements.Count, CollectionPreviewItems); written++)
        {
            if (elements.Range is { } range)
            {
                writer.WriteNumberValue(range[written]);
                continue;
            }

            var item = elements.Items![(int)written];
            budget -= (int)Math.Min(int.MaxValue, Ingest.ByteCount(item));
            if (budget < 0) break;
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
        if (written < elements.Count) writer.WriteBoolean("truncated", true);
    }
}
