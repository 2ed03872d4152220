namespace PlaybookOperator.Kubernetes.Schema;

/// <summary>A column of <c>kubectl get</c>; columns appear in the order in which they stand on the type.</summary>
/// <param name="name">The heading.</param>
/// <param name="type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c> (shown as an age).</param>
/// <param name="jsonPath">Such as <c>.status.phase</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string jsonPath) : Attribute
{
    public string Name { get; } = name;

    public string Type { get; } = type;

    public string JsonPath { get; } = jsonPath;

    /// <summary>0 is always shown, above 0 only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }
}
