namespace PlaybookOperator.Cli.Tests;

/// <summary>Files of the repository that these tests read.</summary>
internal static class SourceTree
{
    public static string Samples => Path.Combine(Root, "config", "samples");

    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Operator.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Operator.sln.");
    }
}
