namespace PlaybookOperator.Benchmarks.Templates;

/// <summary>One expression in the spelling of Jinja2 and nunjucks, and in Liquid's.</summary>
internal sealed record BenchmarkExpression(string Name, string Jinja, string Liquid);

/// <summary>Twelve templates such as playbooks hold, and the variables that they read.</summary>
internal static class BenchmarkExpressions
{
    public const string Context = """
        {"workload": {"server_url": "http://api.example", "endpoints": ["a", "b"]}, "status_code": 200, "attempt": 1, "page": 3,
         "event": {"name": "call.done"}, "endpoint": {"path": "/api/v1/users", "name": "users"},
         "response": {"data": [1, 2, 3, 4], "paging": {"hasMore": true, "page": 1}}, "user": {"name": "Ann Smith", "age": 31},
         "users": [{"name": "Ann", "on": true}, {"name": "Bob", "on": false}, {"name": "Cid", "on": true}, {"name": "Dan", "on": true}]}
        """;

    public static readonly BenchmarkExpression[] All =
    [
        new("equality on a path", "{{ response.paging.hasMore == true }}", "{{ response.paging.hasMore }}"),
        new("equality on a name", "{{ status_code == 200 }}", "{% if status_code == 200 %}true{% endif %}"),
        new("equality on text", "{{ event.name == 'call.done' }}", "{% if event.name == 'call.done' %}true{% endif %}"),
        new("two comparisons", "{{ attempt < 3 and status_code >= 500 }}", "{% if attempt < 3 and status_code >= 500 %}true{% endif %}"),
        new("path", "{{ user.name }}", "{{ user.name }}"),
        new("length", "{{ response.data | length }}", "{{ response.data | size }}"),
        new("arithmetic", "{{ response.paging.page + 1 }}", "{{ response.paging.page | plus: 1 }}"),
        new("upper", "{{ user.name | upper }}", "{{ user.name | upcase }}"),
        new("default", "{{ missing | default('x') }}", "{{ missing | default: 'x' }}"),
        new("url of three parts", "{{ workload.server_url }}{{ endpoint.path }}?page={{ page }}", "{{ workload.server_url }}{{ endpoint.path }}?page={{ page }}"),
        new("join of an attribute", "{{ users | join(', ', 'name') }}", "{{ users | map: 'name' | join: ', ' }}"),
        new("loop with a condition", "{% for u in users %}{% if u.on %}{{ u.name }};{% endif %}{% endfor %}", "{% for u in users %}{% if u.on %}{{ u.name }};{% endif %}{% endfor %}"),
    ];
}
