using System.Text.Json;

namespace PlaybookOperator.Core.Work;

/// <summary>The result of an earlier step that an assignment names and does not carry.</summary>
/// <param name="Step">Its name, under which templates read it.</param>
/// <param name="RunId">The run whose result it is, so that a later run of the step changes nothing.</param>
/// <param name="WithResults">For a loop: whether the values of its iterations are wanted, or only what is known about all of them.</param>
public sealed record InputReference(string Step, long RunId, bool WithResults);

/// <summary><c>POST /worker/v1/input</c>: asks for a result of the session's own execution.</summary>
public sealed record InputRequest(long RunId, bool WithResults);

/// <summary>Answer to <c>POST /worker/v1/input</c>: the result as templates see it.</summary>
public sealed record InputAnswer(JsonElement Value);
