using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;
using PlaybookOperator.Operator.Yaml;
using PlaybookOperator.SampleApi;

namespace PlaybookOperator.Cases.Tests.Documents;

/// <summary>Every YAML block of docs/ and README.md is run, and gives what its case in Documents/Blocks says.</summary>
public sealed class DocumentTests
{
    public static TheoryData<string> Blocks => [.. DocumentBlock.All.Select(block => block.Name).OfType<string>()];

    [Fact]
    public void Every_block_has_a_name_and_a_case_of_its_own_and_every_case_a_block()
    {
        var blocks = DocumentBlock.All.ToList();
        Assert.Empty(blocks.Where(block => block.Name is null).Select(block => $"{block.Place}: put <!-- block: NAME --> on the line before, and {BlockCase.Folder}/NAME.yaml beside the others."));
        Assert.Equal(BlockCase.Names.Order(StringComparer.Ordinal), blocks.Select(block => block.Name!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task A_block_gives_what_its_case_says(string name)
    {
        var block = BlockCase.Read(DocumentBlock.All.First(one => one.Name == name));
        if (block.One("kind") is { } kind)
        {
            SchemaWalk.Check(kind, YamlDocument.Parse(block.Files[0].Text));
            return;
        }

        await using var api = await BlockServer.StartAsync(block);
        await using var sample = await SampleServer.StartAsync(TestContext.Current.CancellationToken);
        await using var tables = block.Marks.Any(mark => mark.Key == "sql") ? await World.TablesAsync(string.Join('\n', block.All("sql"))) : null;
        using var folder = new Folder();
        foreach (var (file, text) in block.Files) folder.Write(file, BlockCase.At(text, api.Url).Replace("$folder", folder.Path("."), StringComparison.Ordinal));
        var outcome = await Run.FileAsync(
            folder.Path(block.Files[0].Name),
            [.. block.All("option").SelectMany(option => option.Split(' ', 2)).Select(word => Fill(word, api.Url, sample.Url, tables?.ConnectionString))]);
        if (block.One("needs") is { } need)
        {
            outcome.Refused(need);
            Assert.Single(outcome.Errors.Trim().Split('\n'));
            return;
        }

        await CheckAsync(block, outcome, api, tables);
    }

    private static async Task CheckAsync(BlockCase block, Outcome outcome, BlockServer api, Tables? tables)
    {
        Assert.NotEmpty(block.Expectations);
        block.AsSample().Check(outcome, api.Calls.Count);
        Assert.DoesNotContain("warning", outcome.Errors, StringComparison.OrdinalIgnoreCase);
        foreach (var (what, value) in block.Expectations)
        {
            if (what == "called") Assert.Equal(value, JsonSerializer.Serialize(api.Calls, Json));
            else if (what.StartsWith("rows ", StringComparison.Ordinal)) Assert.Equal(value, JsonSerializer.Serialize(await tables!.RowsAsync(what["rows ".Length..]), Json));
        }
    }

    private static JsonSerializerOptions Json { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Fill(string word, string api, string sample, string? database) => word
        .Replace("$api", api, StringComparison.Ordinal).Replace("$sample", sample, StringComparison.Ordinal).Replace("$db", database, StringComparison.Ordinal);
}
