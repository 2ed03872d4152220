using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters that apply other filters and tests to each element.</summary>
internal static class SelectionFilters
{
    public static void AddTo(OperationTable table) => table
        .Add("map", "* **", static (in Call call) => Map(call))
        .Add("select", "* **", static (in Call call) => Select(call, keeps: true, hasAttribute: false))
        .Add("reject", "* **", static (in Call call) => Select(call, keeps: false, hasAttribute: false))
        .Add("selectattr", "* **", static (in Call call) => Select(call, keeps: true, hasAttribute: true))
        .Add("rejectattr", "* **", static (in Call call) => Select(call, keeps: false, hasAttribute: true));

    private static Value Map(in Call call)
    {
        var frame = call.Frame;
        var items = Items(call);
        var attribute = call.Extra.FirstOrDefault(pair => pair.Key == "attribute");
        if (call.Rest.Length == 0 && attribute.Key is not null)
        {
            var otherwise = call.Extra.FirstOrDefault(pair => pair.Key == "default").Value;
            var path = new AttributePath(attribute.Value, frame);
            return frame.Built(Array.ConvertAll(items, item => path.Of(item, frame, otherwise)));
        }

        if (call.Rest.Length == 0)
        {
            throw new TemplateFault(TemplateErrorKind.UnknownOperation, "'map' needs the name of a filter or an attribute");
        }

        var name = frame.Text(call.Rest[0]);
        var filter = Filtering.Find(name) ?? throw new TemplateFault(
            TemplateErrorKind.UnknownOperation, $"there is no filter '{name}'{Phrase.DidYouMean(name, Filtering.Names)}");
        var (arguments, keywords) = (call.Rest[1..].ToArray(), call.Extra);
        return frame.Built(Array.ConvertAll(items, item => filter.Invoke(frame, item, arguments, keywords)));
    }

    private static Value Select(in Call call, bool keeps, bool hasAttribute)
    {
        var (frame, keywords) = (call.Frame, call.Extra);
        var rest = call.Rest;
        if (hasAttribute && rest.Length == 0)
        {
            throw new TemplateFault(TemplateErrorKind.UnknownOperation, "the name of an attribute is missing");
        }

        var path = hasAttribute ? new AttributePath(rest[0], frame) : null;
        rest = hasAttribute ? rest[1..] : rest;
        var test = rest.Length == 0 ? null : TestNamed(frame.Text(rest[0]));
        var arguments = rest.Length == 0 ? [] : rest[1..].ToArray();
        return frame.Built(Array.FindAll(Items(call), item =>
        {
            var value = path is null ? item : path.Of(item, frame);
            return (test?.Invoke(frame, value, arguments, keywords) ?? value).IsTruthy == keeps;
        }));
    }

    // Jinja2 looks at the truth of the input first: null, false and 0 have no elements here, though they are no lists.
    private static Value[] Items(in Call call) => call.Input.IsTruthy ? call.Items() : [];

    private static Operation TestNamed(string name) => Tests.Table.Find(name) ?? throw new TemplateFault(
        TemplateErrorKind.UnknownOperation, $"there is no test '{name}'{Phrase.DidYouMean(name, Tests.Table.Names)}");
}
