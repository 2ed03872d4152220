using System.CommandLine;
using PlaybookOperator.Fuzz.Running;
using PlaybookOperator.Fuzz.Targets;

// Generated and mutated inputs for the product's doors. An input whose answer is an exception of ours, a server error, a crash, or none in time is a
// finding; each is made smaller and written to a folder. The same seed makes the same inputs.
var seed = new Option<int>("--seed") { Description = "Where the inputs begin.", DefaultValueFactory = _ => 1 };
var seconds = new Option<int>("--seconds") { Description = "How long to look for findings; making them smaller comes on top.", DefaultValueFactory = _ => 60 };
var target = new Option<string?>("--target") { Description = $"Only one of {string.Join(", ", FuzzTargets.Names)}." };
var replay = new Option<FileInfo?>("--replay") { Description = "Try one input again, with --target." };
var folder = new Option<DirectoryInfo>("--findings") { Description = "Where findings are written.", DefaultValueFactory = _ => new DirectoryInfo("out/fuzz") };
var child = new Option<bool>("--child") { Description = "Answer inputs from standard input: what the program runs itself as.", Hidden = true };
var command = new RootCommand("Looks for inputs that the product cannot take.") { seed, seconds, target, replay, folder, child };
target.Validators.Add(result =>
{
    if (result.GetValueOrDefault<string?>() is { } name && !FuzzTargets.Names.Contains(name)) result.AddError($"There is no target '{name}'; there are {string.Join(", ", FuzzTargets.Names)}.");
});
command.SetAction(async (parsed, cancellationToken) =>
{
    if (parsed.GetValue(child)) return await FuzzedChild.AnswerAsync(Console.In, Console.Out);
    var names = parsed.GetValue(target) is { } one ? [one] : FuzzTargets.Default;
    if (parsed.GetValue(replay) is { } file) return await Campaign.ReplayAsync(names[0], await File.ReadAllTextAsync(file.FullName, cancellationToken));
    if (!await SelfCheck.PassesAsync()) return 2;
    return await new Campaign(parsed.GetValue(seed), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(folder)!).RunAsync(names, cancellationToken);
});
return await command.Parse(args).InvokeAsync();
