using PlaybookOperator.SampleApi;

var server = SampleServer.Create(args, TimeProvider.System);
await server.RunAsync();
