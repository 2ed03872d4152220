using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Library;

internal delegate Value OperationBody(in Call call);

/// <summary>A filter, test, function or method: its name, its parameters and what it does.</summary>
internal sealed record Operation(string Name, Signature Signature, OperationBody Body)
{
    /// <summary>Runs with arguments that are known only now, for example those that <c>map('name', …)</c> passes on.</summary>
    public Value Invoke(Frame frame, Value input, IReadOnlyList<Value> positional, IReadOnlyList<KeyValuePair<string, Value>> keywords)
    {
        frame.Charge(1);
        return Body(new Call(frame, input, Signature.Bind(Name, positional, keywords, frame.Position)));
    }
}

/// <summary>Collects the operations of one kind by name.</summary>
internal sealed class OperationTable
{
    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _operations.Keys;

    public Operation? Find(string name) => _operations.GetValueOrDefault(name);

    /// <summary>Adds an operation under all names of <paramref name="names"/>, separated by spaces.</summary>
    public OperationTable Add(string names, string parameters, OperationBody body)
    {
        var signature = new Signature(parameters);
        foreach (var name in names.Split(' '))
        {
            _operations.Add(name, new Operation(name, signature, body));
        }

        return this;
    }
}
