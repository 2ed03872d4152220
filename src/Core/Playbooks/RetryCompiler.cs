using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles <c>retry</c>: <c>true</c>, a number of attempts, or <c>on_error</c> and <c>on_success</c>.</summary>
internal static class RetryCompiler
{
    private const int MaxAttempts = 1_000_000;

    private static readonly string[] s_errorKeys =
        ["when", "stopWhen", "maxAttempts", "initialDelay", "backoffMultiplier", "maxDelay", "jitter", "retryableStatusCodes"];

    /// <summary><c>retry</c> inside <c>case</c>: <c>true</c>, a number of attempts, or the keys of <c>on_error</c>; pages are no matter of a case.</summary>
    public static ErrorRetryPlan? CompileRule(FieldReader actions, TemplateCompiler templates)
    {
        var plan = Compile(actions, templates);
        if (plan.OnSuccess is not null) actions.Error("retry.on_success", "belongs to the step's own retry; in case only the keys of on_error do.");
        return plan.OnError;
    }

    public static RetryPlan Compile(FieldReader step, TemplateCompiler templates)
    {
        if (step.Take("retry") is not { } retry) return RetryPlan.None;
        switch (retry.ValueKind)
        {
            case JsonValueKind.True:
                return new RetryPlan(new ErrorRetryPlan(), null);
            case JsonValueKind.False:
                return RetryPlan.None;
            case JsonValueKind.Number when step.TakeInteger(1, MaxAttempts, "retry") is { } attempts:
                return new RetryPlan(new ErrorRetryPlan { MaxAttempts = (int)attempts }, null);
            case JsonValueKind.Object:
                return CompileMap(step.TakeObject("retry")!, templates);
            case JsonValueKind.Number:
                return RetryPlan.None;
            default:
                step.Wrong(retry, "true, a number of attempts, or a map with on_error or on_success", "retry");
                return RetryPlan.None;
        }
    }

    private static RetryPlan CompileMap(FieldReader retry, TemplateCompiler templates)
    {
        // The keys of on_error directly under retry are the older short form.
        var isShort = !retry.Has("onError") && !retry.Has("onSuccess");
        var onError = isShort ? CompileErrors(retry, templates) : retry.TakeObject("onError") is { } errors ? CompileErrors(errors, templates) : null;
        var onSuccess = retry.TakeObject("onSuccess") is { } pages ? CompilePages(pages, templates) : null;
        if (!isShort) RefuseShort(retry);
        retry.ReportUnknown();
        return new RetryPlan(onError, onSuccess);
    }

    /// <summary>Beside on_error or on_success nothing tells whose such a key would be.</summary>
    private static void RefuseShort(FieldReader retry)
    {
        foreach (var key in s_errorKeys.Where(retry.Has))
            retry.Refuse(key, $"stands under on_error once on_error or on_success is there: on_error: {{{retry.Spelling(key)}: …}}.");
    }

    private static ErrorRetryPlan CompileErrors(FieldReader reader, TemplateCompiler templates)
    {
        var defaults = new ErrorRetryPlan();
        var plan = new ErrorRetryPlan
        {
            When = reader.Take("when") is { } when ? templates.CompileCondition(when, reader.PathOf("when")) : null,
            StopWhen = reader.Take("stopWhen") is { } stop ? templates.CompileCondition(stop, reader.PathOf("stopWhen")) : null,
            MaxAttempts = (int)(reader.TakeInteger(1, MaxAttempts, "maxAttempts") ?? defaults.MaxAttempts),
            InitialDelay = reader.TakeDelay("initialDelay") ?? defaults.InitialDelay,
            BackoffMultiplier = reader.TakeNumber(1, 1000, "backoffMultiplier") ?? defaults.BackoffMultiplier,
            MaxDelay = reader.TakeDelay("maxDelay") ?? defaults.MaxDelay,
            Jitter = reader.TakeBoolean("jitter") ?? defaults.Jitter,
            RetryableStatusCodes = CompileStatusCodes(reader),
        };
        reader.ReportUnknown();
        return plan;
    }

    private static ImmutableArray<int> CompileStatusCodes(FieldReader reader)
    {
        if (reader.TakeList("retryableStatusCodes") is not { } list) return [];
        var codes = ImmutableArray.CreateBuilder<int>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var code) && code is >= 100 and <= 599) codes.Add(code);
            else reader.Wrong(item, "a list of HTTP statuses from 100 to 599", "retryableStatusCodes");
        }

        return codes.ToImmutable();
    }

    private static PaginationPlan? CompilePages(FieldReader reader, TemplateCompiler templates)
    {
        var condition = reader.Take("while") is { } text ? templates.CompileCondition(text, reader.PathOf("while")) : null;
        if (!reader.Has("while")) reader.Error("while", "is required: the condition that asks for another page.");
        var next = reader.TakeObject("nextCall", "next");
        var collect = reader.TakeObject("collect");
        var perPage = reader.TakeObject("perIteration", "perPage");
        // Every key is read whether or not there is a condition: else they would count as unknown.
        var attempts = reader.TakeInteger(1, MaxAttempts, "maxAttempts");
        var onLimit = CompileLimit(reader);
        var nextCall = next is null ? null : CompileNextCall(next, templates);
        var collected = collect is null ? new CollectPlan(CollectStrategy.Append, [], "pages") : CompileCollect(collect);
        var sink = perPage is null ? null : SinkCompiler.Compile(perPage, templates, "sink", "save");
        perPage?.ReportUnknown();
        reader.ReportUnknown();
        return condition is null ? null : new PaginationPlan
        {
            While = condition,
            MaxAttempts = (int)(attempts ?? 100),
            OnLimit = onLimit,
            NextCall = nextCall,
            Collect = collected,
            PerPageSink = sink,
        };
    }

    private static PageLimit CompileLimit(FieldReader reader)
    {
        switch (reader.TakeString("onLimit"))
        {
            case null or "warn": return PageLimit.Warn;
            case "fail": return PageLimit.Fail;
            case var other:
                reader.Error(reader.Spelling("onLimit"), $"must be warn or fail, not '{other}'.");
                return PageLimit.Warn;
        }
    }

    private static TemplateNode.Mapping CompileNextCall(FieldReader reader, TemplateCompiler templates)
    {
        var members = ImmutableArray.CreateBuilder<KeyValuePair<string, TemplateNode>>();
        foreach (var key in ToolSchemas.NextCall)
            if (reader.Take(key.Names) is { } value) members.Add(KeyValuePair.Create(key.Name, templates.Compile(value, reader.PathOf(key.Names), key.Shape)));
        reader.ReportUnknown();
        return new TemplateNode.Mapping(members.ToImmutable());
    }

    internal static CollectPlan CompileCollect(FieldReader reader)
    {
        var strategy = reader.TakeString("strategy") switch
        {
            null or "append" => CollectStrategy.Append,
            "replace" => CollectStrategy.Replace,
            "merge" => CollectStrategy.Merge,
            var other => Unknown(other),
        };
        var path = reader.TakeString("path");
        var into = reader.TakeString("into") ?? "pages";
        reader.ReportUnknown();
        return new CollectPlan(strategy, string.IsNullOrEmpty(path) ? [] : [.. path.Split('.')], into);

        CollectStrategy Unknown(string found)
        {
            reader.Error("strategy", $"must be append, replace or merge, not '{found}'.");
            return CollectStrategy.Append;
        }
    }
}
