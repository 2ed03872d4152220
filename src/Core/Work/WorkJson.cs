using System.Text.Json;
using System.Text.Json.Serialization;
using PlaybookOperator.Core.Data;

namespace PlaybookOperator.Core.Work;

/// <summary>JSON contracts of the worker protocol.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    UseStringEnumConverter = true,
    AllowDuplicateProperties = false,
    MaxDepth = DataLimits.ReadDepth)]
[JsonSerializable(typeof(Assignment))]
[JsonSerializable(typeof(WorkReport))]
[JsonSerializable(typeof(WorkReport[]))]
[JsonSerializable(typeof(ReportAnswer))]
[JsonSerializable(typeof(PageProgress))]
[JsonSerializable(typeof(ProgressReport))]
[JsonSerializable(typeof(ProgressAnswer))]
[JsonSerializable(typeof(PoolRequest))]
[JsonSerializable(typeof(PoolReply))]
[JsonSerializable(typeof(InputRequest))]
[JsonSerializable(typeof(InputAnswer))]
[JsonSerializable(typeof(OutputRequest))]
[JsonSerializable(typeof(OutputAnswer))]
[JsonSerializable(typeof(MaskedOutput))]
[JsonSerializable(typeof(QueryLookup))]
[JsonSerializable(typeof(QueryFound))]
[JsonSerializable(typeof(QueryStore))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionAnswer))]
public sealed partial class WorkJson : JsonSerializerContext;

/// <summary><c>POST /worker/v1/session</c>: the projected token of the pod, exchanged once.</summary>
/// <param name="Token">The pod's projected service account token with audience <c>playbooks.dev/worker</c>.</param>
public sealed record SessionRequest(string Token);

/// <param name="Session">Bearer token for the other calls, bound to the Job's execution.</param>
/// <param name="ExpiresAt">After this the token is exchanged again.</param>
public sealed record SessionAnswer(string Session, DateTimeOffset ExpiresAt);

/// <summary>Answer to a report: one outcome for each, in order: <c>accepted</c>, <c>duplicate</c>, <c>stale</c>, <c>closed</c> or <c>unknown</c>.</summary>
public sealed record ReportAnswer(IReadOnlyList<string> Outcomes);

/// <summary>Answer to <c>POST /worker/v1/progress</c>.</summary>
/// <param name="Stands">False: the work has ended or has been handed to another delivery; nothing more of it may be written.</param>
public sealed record ProgressAnswer(bool Stands);
