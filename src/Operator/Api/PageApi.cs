using System.Reflection;

namespace PlaybookOperator.Operator.Api;

/// <summary>The web page: three files without a build, which read the API as any client does. They hold nothing that needs a token.</summary>
internal static class PageApi
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        routes.Map("/", "page.html", "text/html; charset=utf-8");
        routes.Map("/page.js", "page.js", "text/javascript; charset=utf-8");
        routes.Map("/page.css", "page.css", "text/css; charset=utf-8");
    }

    private static void Map(this IEndpointRouteBuilder routes, string path, string file, string type)
    {
        var content = Read(file);
        routes.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            // A new operator brings a new page.
            headers.CacheControl = "no-cache";
            return Results.Bytes(content, type);
        });
    }

    private static byte[] Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{file}")!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
