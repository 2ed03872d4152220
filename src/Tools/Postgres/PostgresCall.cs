using Npgsql;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>What the tool and the sink have in common: whose database, how long, and how its errors are told.</summary>
internal sealed class PostgresCall(ToolInstances instances, TimeProvider time)
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs <paramref name="work"/> on a connection, at most as long as <c>timeout</c> says.</summary>
    /// <param name="placeOf">What a parameter of the statement, from 1, was made of; null when that is not known.</param>
    public async ValueTask<CallOutcome> RunAsync(
        SettingsReader settings,
        CallContext context,
        Func<NpgsqlConnection, PostgresServer, CancellationToken, Task<CallOutcome>> work,
        CancellationToken cancellationToken,
        Func<int, string?>? placeOf = null)
    {
        var (target, error) = await TargetAsync(settings, context.Secrets, cancellationToken);
        if (target is null) return CallOutcome.Failed(error!);
        var timeout = settings.Duration("timeout") ?? (context.HasAttemptTimeout ? null : s_defaultTimeout);
        if (settings.Error is not null) return CallOutcome.Failed(settings.Error);
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var (connection, server) = await OpenAsync(target, linked.Token);
            await using (connection) return await work(connection, server, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CallOutcome.Failed(CallErrors.Timeout("The statement", timeout ?? TimeSpan.Zero));
        }
        catch (Exception exception) when (PostgresFailures.Recognises(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return CallOutcome.Failed(PostgresFailures.Describe(exception, placeOf));
        }
    }

    private async ValueTask<(NpgsqlConnection Connection, PostgresServer Server)> OpenAsync(
        NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken)
    {
        var server = instances.Server(target);
        try
        {
            return (await server.OpenAsync(cancellationToken), server);
        }
        catch (ObjectDisposedException)
        {
            // It left the cache between our finding and using it; the next one is fresh.
            server = instances.Server(target);
            return (await server.OpenAsync(cancellationToken), server);
        }
    }

    /// <summary>Whose database, and as whom; an error when <c>auth</c> does not say.</summary>
    public static async ValueTask<(NpgsqlConnectionStringBuilder? Target, WorkError? Error)> TargetAsync(
        SettingsReader settings, SecretScope secrets, CancellationToken cancellationToken)
    {
        var (credential, error) = await Credential.ReadAsync(settings, CredentialType.Postgres, secrets, cancellationToken);
        if (error is not null) return (null, error);
        var path = settings.Path("auth");
        if (credential is null) return (null, CallErrors.Configuration(path, "is required: the name of the secret with the connection string."));
        if (credential.Type != CredentialType.Postgres) return (null, CallErrors.Configuration($"{path}.type", "must be postgres."));
        try
        {
            var connection = ConnectionText.Read(credential.Secret);
            if (connection.Password is { } password) secrets.HidePart(password);
            return (connection, null);
        }
        catch (FormatException exception)
        {
            return (null, CallErrors.Configuration(path, $"the connection string cannot be read: {exception.Message}."));
        }
    }
}
