using PlaybookOperator.Benchmarks.Caching;
using PlaybookOperator.Benchmarks.EventLog;
using PlaybookOperator.Benchmarks.Fairness;
using PlaybookOperator.Benchmarks.Inputs;
using PlaybookOperator.Benchmarks.Queues;
using PlaybookOperator.Benchmarks.Secrets;
using PlaybookOperator.Benchmarks.Templates;

// One suite a word; what follows goes to the suite. hack/bench.sh runs them all and adds what needs a cluster.
switch (args)
{
    case ["caching", .. var rest]:
        return CacheBenchmarks.Run(rest);
    case ["event-log", .. var rest]:
        return await EventLogBenchmarks.RunAsync(rest);
    case ["fairness"]:
        return await FairnessBenchmarks.RunAsync();
    case ["inputs"]:
        return await InputBenchmarks.RunAsync();
    case ["masks"]:
        return MaskBenchmarks.Run();
    case ["query-cache"]:
        return await QueryCacheBenchmarks.RunAsync();
    case ["queues", .. var rest]:
        return await QueueBenchmarks.RunAsync(rest);
    case ["states"]:
        return await StateMemoryBenchmarks.RunAsync();
    case ["templates", .. var rest]:
        return TemplateBenchmarks.Run(rest);
    default:
        await Console.Error.WriteLineAsync("usage: caching | event-log | fairness | inputs | masks | query-cache | queues | states | templates");
        return 2;
}
