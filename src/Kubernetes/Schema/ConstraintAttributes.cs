namespace PlaybookOperator.Kubernetes.Schema;

/// <summary>The smallest number allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MinimumAttribute(double value) : Attribute
{
    public double Value { get; } = value;
}

/// <summary>The largest number allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaximumAttribute(double value) : Attribute
{
    public double Value { get; } = value;
}

/// <summary>The only texts allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(params string[] values) : Attribute
{
    public string[] Values { get; } = values;
}

/// <summary>A text must match this regular expression (RE2).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string expression) : Attribute
{
    public string Expression { get; } = expression;
}

/// <summary>The fewest characters of a text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MinimumLengthAttribute(int length) : Attribute
{
    public int Length { get; } = length;
}

/// <summary>A whole number or a text, such as <c>5</c> or <c>50%</c>. Fractions are refused by the server.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IntOrStringAttribute : Attribute;

/// <summary>The members that identify the entries of a list; each must be required. Appliers then merge instead of replace.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapKeysAttribute(params string[] keys) : Attribute
{
    public string[] Keys { get; } = keys;
}
