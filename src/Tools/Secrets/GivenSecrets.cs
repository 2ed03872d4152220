namespace PlaybookOperator.Tools.Secrets;

/// <summary>Secrets given by the caller, as by <c>playbook run --secret NAME=VALUE</c>.</summary>
public sealed class GivenSecrets(IReadOnlyDictionary<string, string> values) : ISecrets
{
    public IReadOnlyList<string> Names { get; } = [.. values.Keys];

    public ValueTask<string?> ReadAsync(string name, CancellationToken cancellationToken) => new(values.GetValueOrDefault(name));

    public string Remedy(string name) => $"give it with --secret {name}=….";
}
