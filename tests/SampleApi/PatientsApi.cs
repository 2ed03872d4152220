using System.Text.Json.Nodes;

namespace PlaybookOperator.SampleApi;

/// <summary>
/// Records of made-up patients: <c>/patient-records?patient_id=&amp;page=</c> (2 to 5 pages of about <c>payload_kb</c> KiB, at most 50 a second,
/// waits <c>min_delay_ms</c> to <c>max_delay_ms</c>, a next link like FHIR's), <c>/patient/{kind}?patient_id=&amp;page=</c> (one record a page)
/// and <c>/pft/batch</c> (many patients of one facility and data type). All of it depends on the request alone.
/// </summary>
internal static class PatientsApi
{
    private const int RequestsPerSecond = 50;
    private const int FacilityPatients = 1000;
    private static readonly string[] Kinds = ["assessments", "conditions", "medications", "vitals", "demographics"];

    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/patient-records", context => RecordsAsync(context, state));
        routes.MapGet("/patient/{kind}", RecordAsync);
        routes.MapGet("/pft/batch", BatchAsync);
        routes.MapPost("/pft/batch", BatchAsync);
    }

    private static async Task RecordsAsync(HttpContext context, SampleState state)
    {
        if (!state.Of(context).Admit("patient-records", Ask.Number(context, "requests_per_second", RequestsPerSecond)))
        {
            context.Response.Headers.RetryAfter = "1";
            await Answer.ErrorAsync(context, StatusCodes.Status429TooManyRequests, "Too many requests in this second.");
            return;
        }

        var patient = Ask.Text(context, "patient_id") ?? "1";
        var page = Ask.Number(context, "page", 1);
        var pages = 2 + (int)(Hash(patient) % 4);
        await state.HoldAsync(Delay(context, $"{patient}/{page}"), context.RequestAborted);
        await Answer.JsonAsync(context, Bundle(context, patient, page, pages));
    }

    private static JsonObject Bundle(HttpContext context, string patient, int page, int pages)
    {
        const int entries = 10;
        var text = new string('r', 1024 * Ask.Number(context, "payload_kb", 100, min: 0, max: 1024) / entries);
        var request = context.Request;
        var links = new JsonArray(new JsonObject { ["relation"] = "self", ["url"] = $"{request.Path}{request.QueryString}" });
        if (page < pages)
        {
            var next = $"{request.Scheme}://{request.Host}{request.Path}?patient_id={Uri.EscapeDataString(patient)}&page={page + 1}";
            links.Add((JsonNode)new JsonObject { ["relation"] = "next", ["url"] = next });
        }

        var count = page <= pages ? entries : 0;
        return new()
        {
            ["resourceType"] = "Bundle",
            ["total"] = pages * entries,
            ["link"] = links,
            ["entry"] = Answer.List(((page - 1) * entries) + 1, count, id => new JsonObject
            {
                ["resource"] = new JsonObject { ["id"] = $"{patient}-{id}", ["patient"] = patient, ["text"] = text },
            }),
        };
    }

    private static Task RecordAsync(HttpContext context)
    {
        var kind = context.Request.RouteValues["kind"] as string ?? "";
        if (!Kinds.Contains(kind)) return Answer.ErrorAsync(context, StatusCodes.Status404NotFound, $"Kinds are {string.Join(", ", Kinds)}.");
        var patient = Ask.Text(context, "patient_id") ?? "1";
        var page = Ask.Number(context, "page", 1);
        var pages = 1 + (int)(Hash($"{kind}/{patient}") % 5);
        return Answer.JsonAsync(context, new()
        {
            ["data"] = Answer.List(page, page <= pages ? 1 : 0, id => Record(kind, patient, id)),
            ["paging"] = new JsonObject { ["hasMore"] = page < pages, ["page"] = page, ["pageSize"] = 1, ["total"] = pages },
        });
    }

    private static Task BatchAsync(HttpContext context)
    {
        var facility = Ask.Number(context, "facility_id", 1);
        var kind = Ask.Text(context, "data_type") ?? Kinds[0];
        var offset = Ask.Number(context, "offset", 0, min: 0);
        var count = Math.Clamp(FacilityPatients - offset, 0, Ask.Number(context, "limit", 100, max: FacilityPatients));
        return Answer.JsonAsync(context, new()
        {
            ["facility_id"] = facility,
            ["data_type"] = kind,
            ["records"] = Answer.List(offset + 1, count, id => Record(kind, $"{facility}-{id}", id)),
            ["offset"] = offset,
            ["total"] = FacilityPatients,
            ["has_more"] = offset + count < FacilityPatients,
        });
    }

    private static JsonObject Record(string kind, string patient, int id) => new()
    {
        ["id"] = id,
        ["patient_id"] = patient,
        ["kind"] = kind,
        ["value"] = Hash($"{kind}/{patient}/{id}") % 1000,
    };

    private static double Delay(HttpContext context, string identity)
    {
        var min = Ask.Fraction(context, "min_delay_ms", 0, 300_000);
        var max = Math.Max(min, Ask.Fraction(context, "max_delay_ms", min, 300_000));
        return min + ((max - min) * (Hash(identity) % 1000 / 1000.0));
    }

    /// <summary>FNV-1a: the same on every machine and in every run, unlike <see cref="string.GetHashCode()"/>.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261;
        foreach (var letter in text) hash = unchecked((hash ^ letter) * 16777619);
        return hash;
    }
}
