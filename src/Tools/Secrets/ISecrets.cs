namespace PlaybookOperator.Tools.Secrets;

/// <summary>Where the values of a playbook's secrets come from.</summary>
public interface ISecrets
{
    /// <summary>Those that are there beside the ones that the playbook declares.</summary>
    IReadOnlyList<string> Names => [];

    /// <summary>The value of the secret of that name; null when there is none.</summary>
    ValueTask<string?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>What makes a secret be there that is not, to follow <c>is not there: </c>.</summary>
    string Remedy(string name) => "list it under spec.secrets.";
}
