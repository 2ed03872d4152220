using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PlaybookOperator.Core.Data;

/// <summary>
/// What one value may be that a user or a server gives, wherever it comes in: a workload, the body of a request or of a response, a JSON column, the
/// result of a step, the context of a template. A value is measured from its own root, however deep the document lies that holds it.
/// </summary>
public static class DataLimits
{
    /// <summary>Lists and maps within each other; the value itself is the first level.</summary>
    public const int MaxDepth = 64;

    /// <summary>Levels of a playbook as a whole: a value of <see cref="MaxDepth"/> fits wherever the language takes one.</summary>
    public const int MaxDocumentDepth = MaxDepth + 16;

    /// <summary>Levels of a result: a tool may put a few around a value, as in <c>{rows: [{column: VALUE}]}</c>.</summary>
    public const int MaxResultDepth = MaxDepth + 4;

    /// <summary>
    /// For readers and writers of documents that hold values of users (events, reports, assignments, resources): above any such document, so that what was
    /// let in can always be read again, and low enough for code that walks by recursion.
    /// </summary>
    public const int ReadDepth = 1_000;

    /// <summary>Bytes of one text in UTF-8; as many as a result may have.</summary>
    public const int MaxTextBytes = 64 << 20;

    /// <summary>Bytes of a member's name in UTF-8.</summary>
    public const int MaxNameBytes = 64 << 10;

    /// <summary>Digits of a number as written, without its exponent: reading more takes time that grows with their square.</summary>
    public const int MaxNumberDigits = 4_300;

    /// <summary>The exponent of a number as written, up or down: that of a decimal of 128 bits.</summary>
    public const int MaxNumberExponent = 6_144;

    /// <summary>Texts, numbers, booleans, nulls, lists and maps in one value, at any level.</summary>
    public const int MaxValues = 10_000_000;

    /// <summary>Bytes in UTF-8 of the key of an iteration (<c>loop.key</c>): it stands in an index of the database.</summary>
    public const int MaxKeyBytes = 2_048;

    /// <summary>Characters of the paths of all values of a document together: a problem of any of them names its path.</summary>
    public const long MaxPathCharacters = 256L << 20;

    /// <summary>How documents are parsed that hold values of users.</summary>
    public static JsonDocumentOptions Documents { get; } = new() { MaxDepth = ReadDepth };

    /// <summary>The rest of a sentence about what is too deep.</summary>
    public static string TooDeep { get; } = $"nests deeper than {MaxDepth} levels.";

    /// <summary>The rest of a sentence about a number of too many digits.</summary>
    public static string TooManyDigits(int digits) => string.Create(CultureInfo.InvariantCulture, $"is a number of {digits} digits; at most {MaxNumberDigits} are allowed.");

    /// <summary>The rest of a sentence about a name of too many bytes, of which the owner is the subject.</summary>
    public static string NameTooLong(int bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"has a member whose name has {bytes} bytes; at most {MaxNameBytes} are allowed.");

    /// <summary>What is beyond the limits in a playbook as a whole; null: nothing.</summary>
    public static DataProblem? CheckDocument(JsonElement document)
    {
        if (Check(document, "", MaxDocumentDepth) is { } problem) return problem;
        return DataScan.LengthOfPaths(JsonMarshal.GetRawUtf8Value(document), MaxDocumentDepth) is > MaxPathCharacters and var length
            ? new DataProblem(DataFault.BeyondLimit, "", string.Create(CultureInfo.InvariantCulture,
                $"has names too long for the number of values below them: the paths of all fields have {length} characters; at most {MaxPathCharacters} are allowed."))
            : null;
    }

    /// <summary>What is beyond the limits in a value; null: nothing. Takes time by its size, and no stack by its depth.</summary>
    /// <param name="field">Name of the value, with which the path begins.</param>
    public static DataProblem? Check(JsonElement value, string field, int maxDepth = MaxDepth) =>
        value.ValueKind == JsonValueKind.Undefined ? null : Check(JsonMarshal.GetRawUtf8Value(value), field, maxDepth);

    /// <inheritdoc cref="Check(JsonElement, string, int)"/>
    /// <param name="utf8Json">One JSON value in UTF-8.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static DataProblem? Check(ReadOnlySpan<byte> utf8Json, string field, int maxDepth = MaxDepth) => DataScan.Find(utf8Json, field, maxDepth);
}
