using PlaybookOperator.Operator.Hosting;

namespace PlaybookOperator.Operator.Workers;

/// <summary>The signer of worker sessions; its key is in the database, so it is there once that has been reached.</summary>
internal sealed class WorkerSessions(DatabaseGate gate, TimeProvider time)
{
    private SessionSigner? _signer;

    public bool IsReady => gate.SessionKey is not null;

    public SessionSigner Signer => _signer ??= new SessionSigner(gate.SessionKey ?? throw new InvalidOperationException("The session key is not known yet."), time);
}
