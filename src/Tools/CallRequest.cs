using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools;

/// <summary>One call, everything rendered.</summary>
/// <param name="Settings">A map: the keys of the tool or sink in camelCase.</param>
/// <param name="Field">What error messages put before the key: <c>tool</c> or <c>sink</c>.</param>
/// <param name="Payload">For sinks the result that is to be written; undefined for tools.</param>
public sealed record CallRequest(Value Settings, string Field, Value Payload = default);
