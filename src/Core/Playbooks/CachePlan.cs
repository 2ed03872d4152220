namespace PlaybookOperator.Core.Playbooks;

/// <summary>The results of a task may be served from the query-result cache.</summary>
/// <param name="TimeToLive">How old a result may be; above 0.</param>
public sealed record CachePlan(TimeSpan TimeToLive)
{
    /// <summary>Only reads are worth remembering, and only they can be left out.</summary>
    public static bool IsCacheableMethod(string method) => method.Trim().Equals("GET", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// One statement that begins with SELECT. A semicolon anywhere but at the end may begin another one, or stand in a text: both are taken for the first.
    /// </summary>
    public static bool IsCacheableStatement(string statement)
    {
        const string Select = "select";
        var text = statement.AsSpan().Trim().TrimEnd(';').TrimEnd();
        return text.StartsWith(Select, StringComparison.OrdinalIgnoreCase)
            && (text.Length == Select.Length || !(char.IsAsciiLetterOrDigit(text[Select.Length]) || text[Select.Length] is '_' or '$'))
            && !text.Contains(';');
    }
}
