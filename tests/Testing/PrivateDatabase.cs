namespace PlaybookOperator.Testing;

/// <summary>A database on a <see cref="PrivatePostgres"/>; dropped when disposed, whoever is still connected.</summary>
public sealed class PrivateDatabase(PrivatePostgres postgres, string name, string connectionString) : IAsyncDisposable
{
    public string Name => name;

    public string ConnectionString => connectionString;

    public PrivatePostgres Postgres => postgres;

    public async ValueTask DisposeAsync() => await postgres.DropAsync(name);
}
