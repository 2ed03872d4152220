namespace PlaybookOperator.Tools.Secrets;

/// <summary>Where the values of a playbook's secrets come from.</summary>
public interface ISecrets
{
    /// <summary>The value of the secret of that name; null when there is none.</summary>
    ValueTask<string?> ReadAsync(string name, CancellationToken cancellationToken);
}
