namespace PlaybookOperator.Core.Data;

public enum DataFault
{
    /// <summary>The text is not one JSON value.</summary>
    NotJson,

    /// <summary>The bytes are not UTF-8.</summary>
    NotUtf8,

    /// <summary>A member's name is given twice where that is refused.</summary>
    RepeatedName,

    /// <summary>It is JSON, but beyond one of the <see cref="DataLimits"/>.</summary>
    BeyondLimit,
}

/// <summary>Why a value is not taken.</summary>
/// <param name="Field">Path of the part that is wrong, such as <c>workload.items[3]</c>; empty when the value as a whole is meant and has no name.</param>
/// <param name="Message">The rest of the sentence: what was found and what is allowed, with a full stop.</param>
public sealed record DataProblem(DataFault Fault, string Field, string Message)
{
    /// <summary>A whole sentence about a value that has no name: <c>The body, at items[3], nests deeper than 64 levels.</c></summary>
    public string Tell(string subject) => Field.Length == 0 ? $"{subject} {Message}" : $"{subject}, at {Field}, {Message}";

    /// <summary><c>workload.items[3]: nests deeper than 64 levels.</c></summary>
    public override string ToString() => Field.Length == 0 ? $"It {Message}" : $"{Field}: {Message}";
}
