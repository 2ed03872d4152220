namespace PlaybookOperator.Testing;

/// <summary>How a <see cref="PrivatePostgres"/> runs.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>Connection string of a server to use instead of a private one; null starts a private one.</summary>
    public string? External { get; init; }

    /// <summary>Whether commits wait for the disk: on for measurements, off for tests.</summary>
    public bool Fsync { get; init; }

    /// <summary>Connections that the server takes.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>The variable <c>TEST_POSTGRES</c> names a server; without it a private one is started.</summary>
    public static PrivatePostgresOptions FromEnvironment()
    {
#pragma warning disable RS0030 // This is the options class that reads it.
        var external = Environment.GetEnvironmentVariable("TEST_POSTGRES");
#pragma warning restore RS0030
        return new PrivatePostgresOptions { External = string.IsNullOrWhiteSpace(external) ? null : external };
    }
}
