namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// Makes masks and keeps the newest: the work of one process knows the same secrets again and again, and a mask costs more than to be used once.
/// Thread-safe.
/// </summary>
internal sealed class SecretMasks
{
    private volatile SecretMask _newest = SecretMask.None;

    public SecretMask Of(IReadOnlySet<string> secrets)
    {
        var newest = _newest;
        return newest.IsOf(secrets) ? newest : _newest = SecretMask.Of(secrets);
    }
}
