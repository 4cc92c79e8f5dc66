using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Paraformer.Server.Endpoints;

/// <summary>The description of the interfaces, for people and tools.</summary>
internal static class OpenApiDocument
{
    public static async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using Stream document = Assembly.GetExecutingAssembly().GetManifestResourceStream("Paraformer.Server.openapi.json")!;
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
