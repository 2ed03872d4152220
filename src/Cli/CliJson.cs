using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlaybookOperator.Cli;

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class CliJson : JsonSerializerContext;
