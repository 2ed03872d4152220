using PlaybookOperator.SampleApi;
using PlaybookOperator.Worker.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(SampleFixture))]

namespace PlaybookOperator.Worker.Tests;

/// <summary>One sample API for all tests; they keep apart by run key.</summary>
public sealed class SampleFixture : IAsyncLifetime
{
    private SampleServer? _server;

    public string Url => _server!.Url;

    public async ValueTask InitializeAsync() => _server = await SampleServer.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}
