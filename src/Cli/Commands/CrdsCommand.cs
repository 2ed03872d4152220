using System.CommandLine;
using PlaybookOperator.Operator;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cli.Commands;

/// <summary><c>playbook crds</c>: prints the definitions of the custom resources, or writes them into a folder.</summary>
internal static class CrdsCommand
{
    public static Command Create()
    {
        var folder = new Option<string?>("--directory") { Description = "Write one file for each into this folder." };
        var command = new Command("crds", "Print the definitions of the custom resources.") { folder };
        command.SetAction(parsed => Print(parsed.GetValue(folder)));
        return command;
    }

    private static int Print(string? folder)
    {
        foreach (var (file, definition) in ResourceTypes.Definitions())
        {
            var text = YamlText.Write(definition);
            if (folder is null) Console.Out.Write("---\n" + text);
            else File.WriteAllText(Path.Combine(folder, file), text);
        }

        return ExitCodes.Completed;
    }
}
