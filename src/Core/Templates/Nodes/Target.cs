using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>What a tag binds: a name, or several that take a value apart.</summary>
internal sealed class Target(int position, string? name, IReadOnlyList<Target> parts)
{
    /// <summary>Null when the value is taken apart.</summary>
    public string? Name => name;

    public void Bind(Value value, Frame frame)
    {
        if (name is not null)
        {
            frame.Bind(name, value);
            return;
        }

        frame.Position = position;
        var items = Sequence.ToArray(value, frame);
        if (items.Length != parts.Count)
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"{parts.Count} names need as many values, found {items.Length}");
        }

        for (var place = 0; place < items.Length; place++)
        {
            parts[place].Bind(items[place], frame);
        }
    }

    public void Print(Printer printer)
    {
        if (name is not null)
        {
            printer.Write(name);
            return;
        }

        PrintParts(printer.Write("("));
        printer.Write(parts.Count == 1 ? ",)" : ")");
    }

    /// <summary>The outermost list of names needs no parentheses.</summary>
    public void PrintParts(Printer printer)
    {
        if (name is not null)
        {
            printer.Write(name);
            return;
        }

        for (var place = 0; place < parts.Count; place++)
        {
            printer.Write(place > 0 ? ", " : string.Empty);
            parts[place].Print(printer);
        }
    }

    public void Collect(ReferenceCollector collector)
    {
        if (name is not null)
        {
            collector.Bind(name);
        }

        foreach (var part in parts)
        {
            part.Collect(collector);
        }
    }
}
