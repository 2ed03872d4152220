using System.Globalization;
using System.Text;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Builds the query of a path; absent values are left out.</summary>
internal sealed class Query
{
    private readonly StringBuilder _text = new();

    public Query Add(string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return this;
        _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public Query Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    public Query Add(string name, bool value) => Add(name, value ? "true" : null);

    public override string ToString() => _text.ToString();
}
