using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>A page of <c>docs</c> that is generated: tests compare it, <c>make pages</c> writes it.</summary>
internal static class Page
{
    public static void Check(string name, string expected)
    {
        var file = SourceTree.Path("docs", name);
#pragma warning disable RS0030 // The make target says so through the environment.
        if (Environment.GetEnvironmentVariable("WRITE_PAGES") == "1") File.WriteAllText(file, expected);
#pragma warning restore RS0030
        Assert.True(File.Exists(file) && File.ReadAllText(file) == expected, $"docs/{name} is out of date: run make pages.");
    }
}
