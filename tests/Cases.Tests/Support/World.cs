using PlaybookOperator.Cases.Tests.Support;
using PlaybookOperator.SampleApi;
using PlaybookOperator.Testing;

[assembly: AssemblyFixture(typeof(World))]

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>What playbooks call: one sample API for all tests, and a Postgres whose tables each test makes for itself.</summary>
public sealed class World : IAsyncLifetime
{
    private SampleServer? _server;

    public string Url => _server!.Url;

    public async ValueTask InitializeAsync() => _server = await SampleServer.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>Counters, request log and paths of one test.</summary>
    public Api Api() => new(Url);

    /// <summary>An empty database with the given tables.</summary>
    public static async Task<Tables> TablesAsync(string definitions = "")
    {
        var postgres = await PrivatePostgres.SharedAsync();
        var tables = new Tables(await postgres.CreateDatabaseAsync());
        if (definitions.Length > 0) await tables.ExecuteAsync(definitions);
        return tables;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}
