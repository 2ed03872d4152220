using PlaybookOperator.Cli;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
