using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// The secrets that one piece of work has read. What was read is known to <see cref="Mask"/>, so that it can be kept out of everything that leaves.
/// Used by one piece of work at a time.
/// </summary>
public sealed class SecretScope(ISecrets secrets)
{
    private readonly Dictionary<string, string> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _masked = new(StringComparer.Ordinal);
    private SecretMask _mask = SecretMask.None;

    /// <summary>Replaces every value that was read so far.</summary>
    public SecretMask Mask => _mask;

    /// <summary>The value, or an error that names the secret.</summary>
    public async ValueTask<(string? Value, WorkError? Error)> ReadAsync(string name, CancellationToken cancellationToken)
    {
        if (_read.TryGetValue(name, out var known)) return (known, null);
        string? value;
        try
        {
            value = await secrets.ReadAsync(name, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, new WorkError(WorkErrorKind.Secret, $"Secret {name} cannot be read: {exception.Message}"));
        }

        if (value is null) return (null, new WorkError(WorkErrorKind.Secret, $"Secret {name} is not there: {secrets.Remedy(name)}"));
        _read[name] = value;
        Hide(value);
        return (value, null);
    }

    /// <summary>Masks a part of a secret too, such as the password inside a connection string; parts of a few letters are left alone.</summary>
    public void HidePart(string part)
    {
        if (part.Length >= SecretMask.MinTelling) Hide(part);
    }

    private void Hide(string value)
    {
        if (value.Length > 0 && _masked.Add(value)) _mask = SecretMask.Of(_masked);
    }
}
