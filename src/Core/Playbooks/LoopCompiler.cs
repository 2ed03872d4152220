using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles <c>loop</c>.</summary>
internal static class LoopCompiler
{
    private const int DefaultMaxParallel = 8;
    private const int DefaultPoolSize = 4;
    private const int DefaultChunk = 1000;
    private const int MaxChunk = 1_000_000;
    private const double MaxPerSecond = 1_000_000;

    public static LoopPlan? Compile(FieldReader step, TemplateCompiler templates)
    {
        if (step.TakeObject("loop") is not { } reader) return null;
        var mode = CompileMode(reader);
        var plan = new LoopPlan
        {
            In = CompileSource(reader, templates),
            Iterator = CompileIterator(reader, mode),
            Mode = mode,
            Chunk = CompileChunk(reader, mode),
            MaxParallel = (int)(reader.TakeInteger(1, 100_000, "maxParallel", "maxInFlight") ?? DefaultMaxParallel),
            Where = reader.Take("where", "filter") is { } where ? templates.CompileCondition(where, reader.PathOf("where", "filter")) : null,
            OrderBy = CompileOrder(reader, templates),
            Limit = CompileLimit(reader, templates),
            FailurePolicy = CompileFailurePolicy(reader),
            Collect = CompileCollect(reader),
            Aggregates = AggregateCompiler.Compile(reader, templates, out var samples),
            AggregateSamples = samples,
            Until = CompileUntil(reader, mode, templates),
            StartsPerSecond = CompileRate(reader),
            Key = CompileKey(reader, mode, templates),
            Workers = CompileWorkers(reader),
            PoolSize = (int)(reader.TakeInteger(1, 10_000, "poolSize") ?? DefaultPoolSize),
            BatchSize = (int?)reader.TakeInteger(1, 1_000_000, "batchSize"),
        };
        reader.ReportUnknown();
        return mode == LoopMode.Sequential ? plan with { MaxParallel = 1 } : plan;
    }

    private static TemplateNode CompileSource(FieldReader reader, TemplateCompiler templates)
    {
        const string Expected = "a list, a map, or a template that gives one";
        if (reader.Take("in", "collection") is { } source)
        {
            var node = templates.Compile(source, reader.PathOf("in", "collection"));
            if (source.ValueKind == JsonValueKind.String ? node is TemplateNode.Constant { Value.Kind: ValueKind.String } : node is TemplateNode.Constant)
                Warn($"{FieldReader.Describe(source)}{templates.BracesFor(source)}");
            return node;
        }

        if (reader.IsNull("in", "collection")) Warn("null");
        else reader.Error("in", $"is required: {Expected}.");
        return TemplateNode.Null;

        // As with what a template gives: the step fails, and what took up its failure goes on.
        void Warn(string found) =>
            templates.Problems.Add(new Problem(ProblemSeverity.Warning, reader.PathOf("in", "collection"), $"must be {Expected}, not {found}; the step will fail."));
    }

    private static LoopMode CompileMode(FieldReader reader)
    {
        switch (reader.TakeString("mode"))
        {
            case null or "sequential":
                return LoopMode.Sequential;
            case "async" or "parallel":
                return LoopMode.Async;
            case "chunked":
                return LoopMode.Chunked;
            case var other:
                reader.Error("mode", $"must be sequential, async, parallel or chunked, not '{other}'.");
                return LoopMode.Sequential;
        }
    }

    private static int? CompileChunk(FieldReader reader, LoopMode mode)
    {
        var chunk = reader.TakeInteger(1, MaxChunk, "chunk");
        if (mode == LoopMode.Chunked) return (int)(chunk ?? DefaultChunk);
        if (reader.Has("chunk")) reader.Error("chunk", "belongs to mode: chunked; set that mode or leave chunk out.");
        return null;
    }

    private static Template? CompileUntil(FieldReader reader, LoopMode mode, TemplateCompiler templates)
    {
        if (reader.Take("until") is not { } until) return null;
        if (mode != LoopMode.Sequential)
            reader.Error("until", "belongs to mode: sequential; elsewhere iterations run beside the one that would end the loop.");
        return templates.CompileCondition(until, reader.PathOf("until"));
    }

    private static double? CompileRate(FieldReader reader)
    {
        if (reader.TakeObject("rateLimit") is not { } rate) return null;
        var perSecond = rate.TakeNumber(0, MaxPerSecond, "perSecond");
        if (!rate.Has("perSecond")) rate.Error("perSecond", "is required: starts per second, such as 5 or 0.5.");
        else if (perSecond == 0) rate.Error("perSecond", "must be above 0: nothing would ever start.");
        rate.ReportUnknown();
        return perSecond > 0 ? perSecond : null;
    }

    private static TemplateNode? CompileKey(FieldReader reader, LoopMode mode, TemplateCompiler templates)
    {
        if (reader.Take("key") is not { } key) return null;
        if (mode == LoopMode.Chunked) reader.Error("key", "does not go with mode: chunked; a chunk is named by the offset of its first element.");
        if (key.ValueKind == JsonValueKind.String) return templates.Compile(key, reader.PathOf("key"));
        reader.Wrong(key, "a template that names the iteration, such as \"{{ item.id }}\"", "key");
        return null;
    }

    private static string CompileIterator(FieldReader reader, LoopMode mode)
    {
        var name = reader.TakeString("iterator", "element") ?? "item";
        if (!IsName(name)) reader.Error(reader.Spelling("iterator", "element"), $"must be a name of letters, digits and _, not '{name}'.");
        else if (ContextNames.Contains(name)) reader.Error(reader.Spelling("iterator", "element"), $"'{name}' has a meaning of its own in templates; choose another name.");
        else if (mode == LoopMode.Chunked && ContextNames.Contains(name + "s"))
            reader.Error(reader.Spelling("iterator", "element"), $"'{name}s', the name of a chunk's list, has a meaning of its own in templates; choose another iterator.");
        return name;
    }

    private static LoopWorkers CompileWorkers(FieldReader reader)
    {
        switch (reader.TakeString("workers"))
        {
            case null or "auto":
                return LoopWorkers.Auto;
            case "job":
                return LoopWorkers.Job;
            case "pool":
                return LoopWorkers.Pool;
            case var other:
                reader.Error("workers", $"must be job, pool or auto, not '{other}'.");
                return LoopWorkers.Auto;
        }
    }

    /// <summary>What a pool cannot run is run by Jobs; asked for all the same it is a problem.</summary>
    /// <param name="loop">The loop; null: none.</param>
    /// <param name="task">What it runs; null: it has problems of its own.</param>
    /// <param name="step">For the problem.</param>
    public static LoopPlan? Fit(LoopPlan? loop, TaskPlan? task, FieldReader step)
    {
        if (loop is null || task is null || WhyByJob(task) is not { } why) return loop;
        if (loop.Workers == LoopWorkers.Pool) step.Error("loop.workers", $"pool does not go with {why}; use workers: job.");
        return loop with { Workers = LoopWorkers.Job };
    }

    private static string? WhyByJob(TaskPlan task) =>
        task.Tool.Kind == "container" ? "the tool container, which has a Job of its own for each iteration"
        : task.RunsAsChild ? "the tool playbook, whose iterations are Executions"
        : task.Retry.OnSuccess?.PerPageSink is not null ? "a sink of each page, whose progress is kept by the Job"
        : null;

    private static LoopCollect CompileCollect(FieldReader reader)
    {
        switch (reader.TakeString("collect"))
        {
            case null or "results":
                return LoopCollect.Results;
            case "none":
                return LoopCollect.None;
            case "aggregates":
                if (!reader.Has("aggregate")) reader.Error("aggregate", "is required by collect: aggregates: a map of names to numeric templates over result.");
                return LoopCollect.Aggregates;
            case var other:
                reader.Error("collect", $"must be results, none or aggregates, not '{other}'.");
                return LoopCollect.Results;
        }
    }

    private static ImmutableArray<SortKey> CompileOrder(FieldReader reader, TemplateCompiler templates)
    {
        if (reader.Take("orderBy", "sort") is not { } order) return [];
        var path = reader.PathOf("orderBy", "sort");
        var keys = ImmutableArray.CreateBuilder<SortKey>();
        var entries = order.ValueKind == JsonValueKind.Array ? order.EnumerateArray().ToArray() : [order];
        for (var i = 0; i < entries.Length; i++)
        {
            if (CompileSortKey(entries[i], order.ValueKind == JsonValueKind.Array ? $"{path}[{i}]" : path, templates) is { } key) keys.Add(key);
        }

        return keys.ToImmutable();
    }

    private static SortKey? CompileSortKey(JsonElement entry, string path, TemplateCompiler templates)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            return CompileSortTemplate(entry, path, templates) is { } template ? new SortKey(template, Descending: false) : null;
        var reader = new FieldReader(entry, path, templates.Problems);
        var descending = reader.TakeBoolean("desc", "descending") ?? false;
        var by = reader.Take("by");
        if (by is null) reader.Error("by", "is required: a template over the element.");
        reader.ReportUnknown();
        return by is { } found && CompileSortTemplate(found, reader.PathOf("by"), templates) is { } compiled ? new SortKey(compiled, descending) : null;
    }

    private static Template? CompileSortTemplate(JsonElement value, string path, TemplateCompiler templates)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return templates.CompileCondition(value, path);
        templates.Problems.Add(new Problem(
            ProblemSeverity.Error, path, $"must be a template over the element, not {FieldReader.Describe(value)} ({FieldReader.QuoteThem})."));
        return null;
    }

    private static TemplateNode? CompileLimit(FieldReader reader, TemplateCompiler templates)
    {
        if (reader.Take("limit") is not { } limit) return null;
        if (limit.ValueKind == JsonValueKind.String)
        {
            var node = templates.Compile(limit, reader.PathOf("limit"));
            if (node is TemplateNode.Constant { Value.Kind: ValueKind.String })
                reader.Error("limit", $"must be an integer of at least 0, or a template that gives one, not {FieldReader.Describe(limit)}{templates.BracesFor(limit)}.");
            return node;
        }

        return reader.TakeInteger(0, long.MaxValue, "limit") is null ? null : templates.Compile(limit, reader.PathOf("limit"));
    }

    private static FailurePolicy CompileFailurePolicy(FieldReader reader)
    {
        if (reader.Take("failurePolicy") is not { } policy) return new FailurePolicy.FailFast();
        if (policy.ValueKind == JsonValueKind.Object) return CompileCounted(reader.TakeObject("failurePolicy")!);
        switch (reader.TakeString("failurePolicy"))
        {
            case "failFast" or "fail_fast":
                return new FailurePolicy.FailFast();
            case "collectAll" or "collect_all":
                return new FailurePolicy.CollectAll();
            case var other:
                if (other is not null) reader.Error("failurePolicy", $"must be failFast, collectAll, {{maxFailed: n}} or {{maxFailedPercent: p}}, not '{other}'.");
                return new FailurePolicy.FailFast();
        }
    }

    private static FailurePolicy CompileCounted(FieldReader reader)
    {
        var count = reader.TakeInteger(0, long.MaxValue, "maxFailed");
        var percent = reader.TakeNumber(0, 100, "maxFailedPercent");
        reader.ReportUnknown();
        if (count is not null && percent is not null) reader.Error("maxFailedPercent", "does not go with maxFailed; keep one of them.");
        if (count is { } n) return new FailurePolicy.MaxFailed(n);
        if (percent is { } p) return new FailurePolicy.MaxFailedPercent(p);
        if (!reader.Has("maxFailed") && !reader.Has("maxFailedPercent")) reader.Error("maxFailed", "is required here, or maxFailedPercent.");
        return new FailurePolicy.FailFast();
    }

    /// <summary>Whether templates can read it with a dot.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
