namespace PlaybookOperator.Core.Templates;

#pragma warning disable CA1720 // The kinds are called what JSON and every template call them.

/// <summary>The eight kinds of value that templates know. JSON has all of them but <see cref="Undefined"/>.</summary>
public enum ValueKind
{
    /// <summary>A name or member that does not exist: falsy, equal to itself only, an error when printed.</summary>
    Undefined,
    Null,
    Boolean,
    /// <summary>A whole number of any size.</summary>
    Integer,
    /// <summary>A 64-bit binary floating-point number.</summary>
    Float,
    String,
    List,
    Map,
}
