using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Api;

/// <summary>The execution that a request's path names, if its caller may do this to it.</summary>
internal sealed class ExecutionLookup(IEventReader reader, ApiAccess access)
{
    /// <returns>The caller and the execution; or the answer to give.</returns>
    public async Task<(ApiCaller? Caller, ExecutionHeader? Header, IResult? Refusal)> FindAsync(string id, string verb, HttpContext context)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        if (caller is null) return (null, null, refusal);
        if (!ExecutionId.TryParse(id, out var execution)) return (caller, null, NoId(id));
        if (await reader.ReadHeaderAsync(execution, context.RequestAborted) is not { } header) return (caller, null, NotFound(id));
        return await access.RefuseAsync(caller, id, header.Namespace, verb, context) is { } refused ? (caller, null, refused) : (caller, header, null);
    }

    public static IResult NoId(string id) => Problems.Of(StatusCodes.Status422UnprocessableEntity, "id", $"must be a number, not '{id}'.");

    public static IResult NotFound(string id) => Problems.Of(StatusCodes.Status404NotFound, "id", $"There is no execution {id}.");
}
