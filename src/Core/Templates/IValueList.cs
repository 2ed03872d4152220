namespace PlaybookOperator.Core.Templates;

/// <summary>
/// A list whose elements are produced on demand, for example the results of a loop that are held elsewhere.
/// Implementations are immutable while a template is evaluated and give the same element for the same index, at once: what reading it costs is paid once.
/// </summary>
public interface IValueList
{
    /// <summary>The number of elements.</summary>
    long Count { get; }

    /// <summary>The element at <paramref name="index"/>, which is always in [0, <see cref="Count"/>).</summary>
    Value Get(long index);
}
