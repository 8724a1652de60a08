"""The built-in rules for providers' tokens and for keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookline import policyfile, rulebook, ruletest
from hookline.engines import pattern
from hookline.nouns import Change, Rule, Run

RULES = Path(__file__).parent.parent / 'rules'
BOOK = rulebook.load(
    (rulebook.Layer(str(RULES), 'built-in', builtin=True),), policyfile.locks
)
OURS = [
    rule
    for rule in BOOK.rules.values()
    if rule.engine == 'pattern' and '/generic/' not in rule.document.path
]
RUN = Run(cache='', jobs=1, deadline=float('inf'))

# What a user may rely on, in the order of how often it leaks: nobody may drop one.
COVERED = {
    'keys': """
        private-key private-key-openssh private-key-putty private-key-encrypted
        private-key-pgp private-key-base64 private-key-jwk jwt age-secret-key
        kubernetes-secret-data kubernetes-secret-string password-hash otp-seed
    """,
    'logins in files': 'npmrc-auth-token docker-config-auth netrc-password',
    '1-30': """
        aws-access-key-id aws-secret-access-key aws-session-token aws-bedrock-api-key
        gcp-api-key gcp-service-account-key gcp-oauth-client-secret
        gcp-oauth-access-token gcp-oauth-refresh-token azure-storage-account-key
        azure-entra-client-secret azure-sas-token azure-devops-token
        azure-devops-token-classic azure-openai-key azure-identifiable-key github-token
        github-fine-grained-token github-oauth-client-secret gitlab-token
        gitlab-deploy-token gitlab-runner-token gitlab-pipeline-token
        gitlab-feed-or-mail-token gitlab-oauth-secret openai-api-key anthropic-api-key
        slack-bot-token slack-app-token slack-session-token slack-webhook-url
        stripe-secret-key stripe-test-key stripe-webhook-secret telegram-bot-token
        discord-bot-token discord-webhook-url discord-client-secret npm-token
        pypi-token docker-hub-token hugging-face-token sendgrid-api-key twilio-api-key
        twilio-account-sid mailgun-api-key mailchimp-api-key mongodb-atlas-key
        firebase-cloud-messaging-key supabase-secret-key supabase-service-role-jwt
        cloudflare-api-token cloudflare-origin-ca-key digitalocean-token
        heroku-api-key vault-token vault-token-legacy terraform-cloud-token
        databricks-token square-access-token shopify-token artifactory-api-key
        artifactory-reference-token atlassian-api-token atlassian-api-token-classic
    """,
    '31-75': """
        bitbucket-app-password bitbucket-access-token new-relic-api-key grafana-api-key
        grafana-service-account-token datadog-key sentry-auth-token sentry-user-token
        okta-api-token auth0-client-secret doppler-token postman-api-key dropbox-token
        facebook-access-token facebook-app-secret rubygems-api-key nuget-api-key
        sonarqube-token groq-api-key gcp-authorization-key mistral-api-key
        cohere-api-key deepseek-api-key perplexity-api-key xai-api-key
        openrouter-api-key replicate-api-token brave-search-api-key firecrawl-api-key
        tavily-api-key pinecone-api-key langsmith-api-key netlify-token vercel-token
        planetscale-token neon-api-key alibaba-access-key tencent-secret-id
        ibm-cloud-api-key yandex-cloud-key linear-api-key notion-token figma-token
        asana-token airtable-token salesforce-token hubspot-token intercom-token
        twitter-credential linkedin-client-secret twitch-credential
        mapbox-secret-token algolia-api-key ms-teams-webhook-url
    """,
    '76-120': """
        dynatrace-token snyk-api-token launchdarkly-key posthog-personal-api-key
        segment-api-token fastly-api-token pulumi-access-token confluent-api-key
        elastic-api-key snowflake-credential circleci-token travis-token
        buildkite-token jenkins-token pagerduty-api-key opsgenie-api-key
        honeycomb-api-key tailscale-key ngrok-token fly-access-token scaleway-key
        vultr-api-key linode-token onepassword-service-account-token
        onepassword-secret-key bitwarden-access-token coinbase-api-key binance-api-key
        infura-key alchemy-api-key etherscan-api-key paypal-secret
        braintree-private-key plaid-credential razorpay-key flutterwave-secret-key
        adafruit-io-key brevo-api-key postmark-server-token mailjet-key
        klaviyo-private-key telnyx-api-key messagebird-key contentful-token
        clerk-secret-key prefect-api-key crates-io-token clojars-token shippo-token
        easypost-api-key duffel-token spotify-credential upstash-token render-api-key
        railway-token resend-api-key
    """,
}


@pytest.mark.parametrize(
    'name', [name for names in COVERED.values() for name in names.split()]
)
def test_it_has_a_rule(name: str) -> None:
    assert BOOK.rules[name].check == 'secrets'


def test_every_example_holds() -> None:
    assert [ruletest.describe(one) for one in ruletest.run(OURS, ())] == []


def test_no_rule_finds_anything_in_the_rules() -> None:
    compiled = pattern.compile(OURS, ())
    changes = [
        Change(str(path.relative_to(RULES)), path.read_bytes())
        for path in sorted(RULES.rglob('*.yaml'))
    ]
    found = [(one.rule, one.path) for one in pattern.find(changes, compiled, RUN)]
    assert found == []


def test_a_name_stands_in_one_rule_for_groups_of_services() -> None:
    owners: dict[str, str] = {}
    for rule in OURS:
        names: list[str] = rule.block.get('near', [])
        if len(names) < 20:
            continue
        for name in names:
            assert owners.setdefault(name, rule.id) == rule.id, name


@pytest.mark.parametrize('rule', OURS, ids=lambda rule: str(rule.id))
def test_a_rule_says_where_to_revoke_and_what_to_read(rule: Rule) -> None:
    assert rule.references
    assert all(one.startswith('https://') for one in rule.references)
    assert len(rule.good) >= 2
    assert len(rule.bad) >= 2
