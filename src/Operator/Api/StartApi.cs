using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Operator.Hosting;

namespace PlaybookOperator.Operator.Api;

/// <summary><c>POST /api/executions</c> and its alias <c>POST /api/run/playbook</c>: starts a playbook, as creating an Execution would.</summary>
internal static class StartApi
{
    private const string Key = "Idempotency-Key";
    private const int MaxKeyLength = 255;
    private const string DefaultNamespace = "default";

    public static async Task<IResult> PostAsync(HttpContext context, StartNames names, ExecutionStarts starts, ApiAccess access, KubernetesOptions kubernetes, ApiOptions options)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        if (caller is null) return refusal!;
        var key = context.Request.Headers[Key].ToString();
        if (key.Length > MaxKeyLength) return Problems.Of(StatusCodes.Status422UnprocessableEntity, Key, $"must have at most {MaxKeyLength} characters, not {key.Length}.");
        var (body, unreadable) = await ReadAsync(context, options);
        if (body is not { } json) return unreadable!;
        var (request, problem) = StartRequest.Read(json, names);
        if (request is null) return problem!;
        var watched = kubernetes.Namespace is { Length: > 0 } one ? one : null;
        var space = request.Namespace ?? watched ?? DefaultNamespace;
        if (watched is not null && space != watched)
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "namespace", $"must be {watched}, the only one that this operator watches, not '{space}'.");
        if (await access.RefuseAsync(caller, space, "create", context) is { } forbidden) return forbidden;
        var (made, id, refused) = await starts.StartAsync(request, space, names, caller.User?.Username, key.Length > 0 ? key : null, context.RequestAborted);
        if (made is null) return Problems.Of(refused!.Status, refused.Field, refused.Detail);
        context.Response.Headers.Location = $"/api/executions/{id}";
        var status = Core.Executions.StatusProjection.ApiStatus(Core.Executions.ExecutionPhase.Pending);
        return Results.Json(
            new StartAnswer(id.ToString(), made.Metadata.Name, space, status), ApiJson.Plain.StartAnswer, contentType: null, StatusCodes.Status201Created);
    }

    private static async Task<(JsonElement? Body, IResult? Problem)> ReadAsync(HttpContext context, ApiOptions options)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = options.MaxRequestBytes;
        try
        {
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            var json = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
            // The body's own level is around the workload's.
            if (JsonData.TryRead(json, "", out var body, out var problem, refuseRepeats: true, DataLimits.MaxDepth + 1)) return (body, null);
            return problem.Fault == DataFault.BeyondLimit
                ? (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, problem.Field, problem.Message))
                : (null, Problems.Of(StatusCodes.Status400BadRequest, problem.Field, $"The body {problem.Message}"));
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, Problems.Of(StatusCodes.Status413PayloadTooLarge, "", $"The body has more than {options.MaxRequestBytes} bytes (Api:MaxRequestBytes)."));
        }
    }
}

/// <summary>Answer of <c>POST /api/executions</c>.</summary>
internal sealed record StartAnswer(string ExecutionId, string Name, string Namespace, string Status);
