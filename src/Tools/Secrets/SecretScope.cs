using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// The secrets that one piece of work can read. All of them are known to <see cref="Mask"/>, whether the work names them or not, since what others were
/// told may come back to it. Used by one piece of work at a time.
/// </summary>
public sealed class SecretScope
{
    private readonly ISecrets _secrets;
    private readonly SecretMasks _masks;
    private readonly Dictionary<string, string?> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _masked = new(StringComparer.Ordinal);
    private bool _knowsAll;
    private bool _isStale;

    public SecretScope(ISecrets secrets)
        : this(secrets, new SecretMasks())
    {
    }

    internal SecretScope(ISecrets secrets, SecretMasks masks) => (_secrets, _masks) = (secrets, masks);

    /// <summary>Replaces every value that was read so far.</summary>
    public SecretMask Mask { get; private set; } = SecretMask.None;

    /// <summary>Has the mask know all secrets before anything is done that could show one. Null: it does.</summary>
    /// <param name="names">Those of the playbook; what is not there has no value to hide.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<WorkError?> KnowAllAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (_knowsAll) return null;
        for (var i = 0; i < names.Count + _secrets.Names.Count; i++)
            if (await LoadAsync(i < names.Count ? names[i] : _secrets.Names[i - names.Count], cancellationToken) is { } unread) return unread;
        Renew();
        _knowsAll = true;
        return null;
    }

    /// <summary>The value, or an error that names the secret.</summary>
    public async ValueTask<(string? Value, WorkError? Error)> ReadAsync(string name, CancellationToken cancellationToken)
    {
        if (await LoadAsync(name, cancellationToken) is { } unread) return (null, unread);
        if (_read[name] is not { } value) return (null, new WorkError(WorkErrorKind.Secret, $"Secret {name} is not there: {_secrets.Remedy(name)}"));
        Renew();
        return (value, null);
    }

    /// <summary>Masks a part of a secret too, such as the password inside a connection string; parts of a few letters are left alone.</summary>
    public void HidePart(string part)
    {
        if (part.Length < SecretMask.MinTelling || Mask.Apply(part) == SecretMask.Replacement) return;
        _isStale |= _masked.Add(part);
        Renew();
    }

    private void Renew()
    {
        if (_isStale) Mask = _masks.Of(_masked);
        _isStale = false;
    }

    private async ValueTask<WorkError?> LoadAsync(string name, CancellationToken cancellationToken)
    {
        if (_read.ContainsKey(name)) return null;
        try
        {
            _read[name] = await _secrets.ReadAsync(name, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new WorkError(WorkErrorKind.Secret, $"Secret {name} cannot be read: {exception.Message}");
        }

        if (_read[name] is { Length: > 0 } value) _isStale |= _masked.Add(value);
        return null;
    }
}
